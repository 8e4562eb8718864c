CREATE TABLE `it's` (
    `b'c` varchar(20) COLLATE utf8mb4_bin COMMENT 'x''y',
    `d` int,
    PRIMARY KEY (`b'c`)
) COLLATE utf8mb4_unicode_ci;
