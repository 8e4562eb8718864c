"""What a schema is: the model, the file format and its versions."""
