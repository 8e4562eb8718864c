"""What a change is: compare, plan, order, prove. Pure functions, no kind of object by name."""
