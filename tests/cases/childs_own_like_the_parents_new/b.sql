CREATE TABLE public.p1 (a integer, x integer DEFAULT 5, z integer, n integer NOT NULL, CONSTRAINT ck CHECK (a > 0), CONSTRAINT cx CHECK (x > 0));
CREATE TABLE public.c1 (x integer DEFAULT 6, n integer NOT NULL, CONSTRAINT ck CHECK (a > 0)) INHERITS (public.p1);
CREATE TABLE public.d1 (z integer DEFAULT 7, CONSTRAINT cx CHECK (x > 0)) INHERITS (public.c1);
