import { CLIENT_ALERTS } from './alerts/clients.ts';
import { PLATFORM_ALERTS } from './alerts/platform.ts';
import { PROVIDER_ALERTS } from './alerts/providers.ts';
import { TRIGGER_ALERTS } from './alerts/triggers.ts';
import type { Dashboard } from './dashboard.ts';
import { MARGIN } from './dashboards/margin.ts';
import { MARKET_DATA } from './dashboards/market-data.ts';
import { ORDERS } from './dashboards/orders.ts';
import { PROVIDERS } from './dashboards/providers.ts';
import { STORES_AND_BUS } from './dashboards/stores-and-bus.ts';
import type { AlertGroup } from './rules.ts';

/** In the order in which one looks at them. */
export const DASHBOARDS: readonly Dashboard[] = [ORDERS, MARGIN, MARKET_DATA, PROVIDERS, STORES_AND_BUS];

export const ALERT_GROUPS: readonly AlertGroup[] = [
  { name: 'clients', alerts: CLIENT_ALERTS },
  { name: 'triggers', alerts: TRIGGER_ALERTS },
  { name: 'providers', alerts: PROVIDER_ALERTS },
  { name: 'platform', alerts: PLATFORM_ALERTS },
];
