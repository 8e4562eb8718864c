CREATE TABLE public.p1 (a integer, y integer GENERATED ALWAYS AS (a * 3) STORED);
CREATE TABLE public.c1 (y integer GENERATED ALWAYS AS (a * 2) STORED) INHERITS (public.p1);
