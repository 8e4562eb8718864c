INSERT INTO t VALUES (1, ROW('a', 'b'), ARRAY[ROW('c', 'd')::one], '{1,2}');
