export { applyReports, type Report, type ReportOutcome } from './apply-reports.ts';
export { sweepSilence } from './note-silence.ts';
export { readReport } from './read-report.ts';
export { relayNeeds } from './relay-needs.ts';
export { RELAY_ROWS_MAX, relayOnce } from './relay.ts';
export { reportNeeds } from './report-needs.ts';
