CREATE TABLE `a``b` (`x y` int PRIMARY KEY, `select` int, KEY `k;1` (`select`));
