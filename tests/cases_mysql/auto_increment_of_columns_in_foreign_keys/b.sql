CREATE TABLE parents (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, above bigint, FOREIGN KEY (above) REFERENCES parents (id));
CREATE TABLE children (id int NOT NULL PRIMARY KEY, parent bigint NOT NULL AUTO_INCREMENT,
  FOREIGN KEY (parent) REFERENCES parents (id));
CREATE TABLE pets (id bigint NOT NULL PRIMARY KEY, FOREIGN KEY (id) REFERENCES parents (id));
