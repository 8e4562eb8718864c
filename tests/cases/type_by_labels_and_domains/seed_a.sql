INSERT INTO t VALUES ('a','b',3,'4','{a}',5,'a','{b}','a');
