/**
 * Every word of the pages in English: the one file to edit, and the shape that every other language
 * has to fill. `{{name}}` is replaced; `_one` and `_other` are chosen by `count`.
 */
export const en = {
  common: {
    loading: 'Loading …',
    retry: 'Try again',
    cancel: 'Cancel',
    close: 'Close',
    apply: 'Apply',
    none: 'none',
    unknown: 'not known',
    export_csv: 'CSV',
    export_json: 'JSON',
    filter: 'Filter',
  },
  stream: {
    connecting: 'Connecting …',
    live: 'Live',
    lost: 'Connection lost, figures are {{seconds}} s old; trying again',
    hidden: 'Paused while hidden',
  },
  mode: { paper: 'PAPER', live: 'LIVE' },
  look: { theme: 'Theme', language: 'Language', system: 'System', light: 'Light', dark: 'Dark' },
  side: { buy: 'Buy', sell: 'Sell' },
  table: {
    rows_one: '{{count}} row',
    rows_other: '{{count}} rows',
    rows_so_far_one: '{{count}} row, more below',
    rows_so_far_other: '{{count}} rows, more below',
    shown: '{{shown}} of {{rows}}',
    searching: 'reading older rows …',
    stale: 'not live',
    no_match: 'No row matches the filter.',
    export_all: 'every row there is, also those not shown yet',
    export_matching: 'every row that matches the filter, also those not shown yet',
    exported_one: '{{count}} row written to the file.',
    exported_other: '{{count}} rows written to the file.',
    exported_of: '{{said}} There are {{all}} in all; the others do not match the filter.',
  },
  failure: {
    NO_ANSWER: 'No answer came.',
    OUTCOME_UNKNOWN: 'The answer was lost: whether it was done is not known.',
    repeat: 'See that the bot runs, then try again.',
    look: 'Look at the figures, then repeat: the same request is sent again and acts once.',
  },
  confirm: { type: 'Type {{typed}} to go on' },
  receipt: {
    done: 'Done; this is the receipt.',
    not_flat: 'Not all of it could be closed.',
    flat: 'none, flat',
    orders_cancelled: 'Orders cancelled',
    orders_left: 'Orders left',
    position: 'Position left',
    grid_profit: 'Grid profit',
    unpaired: 'Unpaired',
    total: 'Total',
    period_fills: 'Fills since the receipt before',
    period_fees: 'Fees in that time',
    period_total: 'Result of that time',
  },
  session: {
    title: 'Access token',
    ask: 'Changes need the access token; `gridd token` makes one.',
    token: 'Token',
    sign_in: 'Sign in',
    sign_out: 'Sign out',
  },
};

/** Any language: the same keys. */
export type Words = typeof en;
