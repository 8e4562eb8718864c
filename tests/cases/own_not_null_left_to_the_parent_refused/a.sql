CREATE TABLE public.p (a integer CONSTRAINT pn NOT NULL);
CREATE TABLE public.c () INHERITS (public.p);
