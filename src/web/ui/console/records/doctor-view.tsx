/** What the doctor finds on this machine, the worst first, each with what to do. */
import { Button, Loader } from '@mantine/core';
import type { FindingView } from '../../../../contract/console-api.ts';
import { FailureText } from '../../shell/failure-text.tsx';
import { SaidText } from '../../shell/said-text.tsx';
import { findingWords } from '../../words/said-words.ts';
import { useRoute } from '../requests.ts';
import { useConsoleWords } from '../console-words.ts';

const LEVELS = ['problem', 'warning', 'ok'] as const;
const SIGNS = { problem: '✕', warning: '▲', ok: '✓' } as const;
const TONES = { problem: 'loss', warning: 'attention', ok: 'gain' } as const;

export default function DoctorView() {
  const { t } = useConsoleWords();
  const { value, failure, loading, retry } = useRoute<readonly FindingView[]>('/api/doctor');
  const found = (value ?? []).filter(({ level }) => level !== 'ok').length;
  const order = ({ level }: FindingView) => LEVELS.indexOf(level);
  return (
    <div className="view">
      <div className="view-head">
        <h2>{t('console:nav.doctor')}</h2>
        <span className="small" role="status">
          {value === undefined
            ? failure === null && t('console:doctor.looking')
            : found === 0
              ? t('console:doctor.healthy')
              : t('console:doctor.found', { count: found })}
        </span>
        <div className="view-head-end">
          <Button variant="default" loading={loading && value !== undefined} onClick={retry}>
            {t('console:doctor.again')}
          </Button>
        </div>
      </div>
      {failure !== null && <FailureText failure={failure} />}
      {value === undefined && failure === null && <Loader size="sm" m="md" />}
      <ul className="findings">
        {[...(value ?? [])]
          .sort((a, b) => order(a) - order(b))
          .map((finding) => (
            <Finding key={`${finding.subject} ${finding.text}`} finding={finding} />
          ))}
      </ul>
    </div>
  );
}

/** What was found and what to do, in the language of the page. */
export function Finding({ finding }: { readonly finding: FindingView }) {
  const { t, language } = useConsoleWords();
  const { level } = finding;
  const { subject, found, hint } = findingWords(language, finding);
  return (
    <li className={`card ${level}`}>
      <span className={`finding-level ${TONES[level]}`}>
        <span aria-hidden>{SIGNS[level]}</span> {t(`console:doctor.${level}`)}
      </span>
      <b>{subject}</b>
      <span>
        <SaidText {...found} />
        {hint !== null && (
          <span className="finding-hint">
            → <SaidText {...hint} />
          </span>
        )}
      </span>
    </li>
  );
}
