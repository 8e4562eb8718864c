CREATE TABLE public.p (a integer CONSTRAINT pn NOT NULL);
CREATE TABLE public.c (CONSTRAINT cn NOT NULL a) INHERITS (public.p);
