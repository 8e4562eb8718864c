INSERT INTO r values (5);
INSERT INTO p VALUES (1, 5);
INSERT INTO f values (1, 5);
