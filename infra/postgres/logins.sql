-- Run once, when the data folder is made: a login for each service that uses the database. All they may do is what the role
-- margrave_service may; the migrations give that role its rights.
\getenv market_data_password MARKET_DATA_DATABASE_PASSWORD
\getenv order_gateway_password ORDER_GATEWAY_DATABASE_PASSWORD
\getenv provider_worker_password PROVIDER_WORKER_DATABASE_PASSWORD

create role margrave_service nologin;
create role market_data login password :'market_data_password' in role margrave_service;
create role order_gateway login password :'order_gateway_password' in role margrave_service;
create role provider_worker login password :'provider_worker_password' in role margrave_service;

revoke all on database :"DBNAME" from public;
grant connect on database :"DBNAME" to margrave_service;
