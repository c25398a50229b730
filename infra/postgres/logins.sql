-- Run once, when the data folder is made: a login for each service that uses the database. All they may do is what their role
-- may; the migrations give the roles their rights (docs/rights.md).
\getenv market_data_password MARKET_DATA_DATABASE_PASSWORD
\getenv order_gateway_password ORDER_GATEWAY_DATABASE_PASSWORD
\getenv provider_worker_password PROVIDER_WORKER_DATABASE_PASSWORD
\getenv pending_orders_password PENDING_ORDERS_DATABASE_PASSWORD

create role margrave_service nologin;
create role margrave_market nologin;
create role market_data login password :'market_data_password' in role margrave_market;
create role order_gateway login password :'order_gateway_password' in role margrave_service;
create role provider_worker login password :'provider_worker_password' in role margrave_service;
create role pending_orders login password :'pending_orders_password' in role margrave_service;

revoke all on database :"DBNAME" from public;
grant connect on database :"DBNAME" to margrave_service, margrave_market;
