import { ACCOUNT_ROUTES } from './routes/account-routes.ts';
import { STAFF_ROUTES } from './routes/admin-routes.ts';
import { MARKET_ROUTES } from './routes/market-routes.ts';
import { ORDER_ROUTES } from './routes/order-routes.ts';
import { SERVICE_ROUTES } from './routes/service-routes.ts';

export { RESPONSE_HEADERS } from './routes/route.ts';
export type { Answer, ResponseHeader, Route, RouteScope } from './routes/route.ts';
export { PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, SYMBOLS_MAX } from './routes/parameters.ts';

/** Every address of the public face, by operation id. */
export const ROUTES = { ...ORDER_ROUTES, ...ACCOUNT_ROUTES, ...MARKET_ROUTES, ...SERVICE_ROUTES } as const;
export type OperationId = keyof typeof ROUTES;

/** Every address of the face for staff, which listens elsewhere. */
export const ADMIN_ROUTES = { ...STAFF_ROUTES, ...SERVICE_ROUTES } as const;
export type AdminOperationId = keyof typeof ADMIN_ROUTES;
