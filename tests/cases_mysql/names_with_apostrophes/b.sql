CREATE TABLE `it's` (
    `b'c` varchar(30) COLLATE utf8mb4_bin NOT NULL COMMENT 'x`y''',
    `d` int CHECK (`d` > 0),
    `e' f` varchar(5) CHARACTER SET latin1 DEFAULT 'z''',
    PRIMARY KEY (`b'c`),
    KEY `k'` (`e' f`)
) COLLATE utf8mb4_unicode_ci;
