create type en as enum('a','b'); create type en2 as enum('a','b','c'); create domain dom as text check (value <> ''); create domain domi as int check (value>0);
create table t(id int, c interval);
