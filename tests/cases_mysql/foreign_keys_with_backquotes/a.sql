CREATE TABLE `po'``"\é;` (`co'``"\é;` int PRIMARY KEY);
CREATE TABLE `to'``"\é;` (`co'``"\é;` int PRIMARY KEY, CONSTRAINT `fo'``"\é;` FOREIGN KEY (`co'``"\é;`) REFERENCES `po'``"\é;` (`co'``"\é;`) ON DELETE CASCADE);
CREATE TABLE `so'``"\é;` (`co'``"\é;` int PRIMARY KEY, `do'``"\é;` int, CONSTRAINT `sfo'``"\é;` FOREIGN KEY (`do'``"\é;`) REFERENCES `so'``"\é;` (`co'``"\é;`));
