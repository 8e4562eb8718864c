INSERT INTO t VALUES (2, '{2,3}', '{(4)}');
INSERT INTO u VALUES ('{1,2}');
