/** Every word of the pages in Traditional Chinese. */
import { consoleZhHant } from './console-zh-hant.ts';
import type { Words } from './en.ts';

export const zhHant: Words = {
  common: {
    loading: '載入中…',
    retry: '再試一次',
    cancel: '取消',
    close: '關閉',
    apply: '套用',
    none: '無',
    unknown: '未知',
    export_csv: 'CSV',
    export_json: 'JSON',
    filter: '篩選',
  },
  stream: {
    connecting: '連線中…',
    live: '即時',
    lost: '連線中斷，數據為 {{seconds}} 秒前；正在重試',
    hidden: '隱藏時暫停更新',
  },
  mode: { paper: '模擬', live: '實盤' },
  look: { theme: '主題', language: '語言', system: '跟隨系統', light: '淺色', dark: '深色' },
  side: { buy: '買', sell: '賣' },
  session: {
    title: '存取權杖',
    ask: '此頁面需要存取權杖才能變更任何內容（執行 gridd token 產生）。',
    token: '權杖',
    sign_in: '登入',
    sign_out: '登出',
  },
  console: consoleZhHant,
};
