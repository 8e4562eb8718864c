CREATE TABLE `po'``"\é;` (`co'``"\é;` int PRIMARY KEY);
CREATE TABLE `to'``"\é;` (`co'``"\é;` int PRIMARY KEY, CONSTRAINT `fo'``"\é;` FOREIGN KEY (`co'``"\é;`) REFERENCES `po'``"\é;` (`co'``"\é;`));
