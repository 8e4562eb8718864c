CREATE TABLE public.p (a integer);
CREATE TABLE public.c (a integer) INHERITS (public.p);
ALTER TABLE public.c ADD CONSTRAINT cn NOT NULL a NOT VALID;
