-- Runs unchanged on H2 and PostgreSQL.

-- The newest controller epoch that has written what only the controller writes; one row.
create table controller_term (
    id    integer primary key,
    epoch integer not null
);
insert into controller_term (id, epoch) values (1, 0);
