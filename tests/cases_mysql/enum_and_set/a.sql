CREATE TABLE t (id int PRIMARY KEY, a enum('x','y'), b set('p','q'));
