import { gatewayDashboard } from "./gateway_dashboard.js";
import type { DashboardDefinition } from "./panel.js";
import { serviceDashboard } from "./service_dashboard.js";

/** All dashboards that `deploy/monitoring/grafana` holds. */
export const dashboards: readonly DashboardDefinition[] = [serviceDashboard, gatewayDashboard];
