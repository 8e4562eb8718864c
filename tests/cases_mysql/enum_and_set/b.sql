CREATE TABLE t (id int PRIMARY KEY, a enum('x','z','y','it''s'), b set('p','q','r') NOT NULL DEFAULT 'p');
