CREATE TABLE `a``b` (`x y` int PRIMARY KEY COMMENT 'it''s "q" \\ ; -- x', `select` bigint, `é` int, `A.B` int, KEY `k;1` (`é`), CONSTRAINT `c``d` CHECK (`A.B` > 0)) COMMENT='t''s \\n
line';
CREATE VIEW `v;w` AS SELECT `x y`, `é` AS `q'uote` FROM `a``b`;
