CREATE TABLE p (a int NOT NULL, b int, CONSTRAINT p_b CHECK (b > 0));
CREATE TABLE c (a int NOT NULL, b int, CONSTRAINT c_b CHECK (b > 0));
