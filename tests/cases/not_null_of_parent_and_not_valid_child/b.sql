CREATE TABLE public.p (a integer CONSTRAINT pn NOT NULL);
CREATE TABLE public.c (a integer CONSTRAINT cn NOT NULL) INHERITS (public.p);
