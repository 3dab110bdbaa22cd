/** Theme and language of the page: the user's choice, remembered in this browser. */
import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, chooseLanguage } from '../words/index.ts';

const SCHEMES: readonly { readonly code: MantineColorScheme; readonly word: SchemeWord }[] = [
  { code: 'auto', word: 'look.system' },
  { code: 'light', word: 'look.light' },
  { code: 'dark', word: 'look.dark' },
];
type SchemeWord = 'look.system' | 'look.light' | 'look.dark';

export function LookSwitch() {
  const { t, i18n } = useTranslation();
  const short = i18n.language === 'en' ? 'EN' : '中文';
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton className="look-switch" aria-label={`${short}, ${t('look.open')}`}>
          <span aria-hidden>◐ </span>
          {short}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('look.theme')}</Menu.Label>
        <div role="group" aria-label={t('look.theme')}>
          {SCHEMES.map(({ code, word }) => (
            <Choice key={code} on={colorScheme === code} choose={() => setColorScheme(code)}>
              {t(word)}
            </Choice>
          ))}
        </div>
        <Menu.Divider />
        <Menu.Label>{t('look.language')}</Menu.Label>
        <div role="group" aria-label={t('look.language')}>
          {LANGUAGES.map(({ code, name }) => (
            <Choice
              key={code}
              on={i18n.language === code}
              // Where it cannot be loaded the page stays as it is, and says so.
              choose={() => {
                chooseLanguage(code).catch(() => {
                  notifications.show({ color: 'red', message: t('look.unloaded', { name }) });
                });
              }}
            >
              {name}
            </Choice>
          ))}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoiceProps {
  readonly on: boolean;
  readonly choose: () => void;
  readonly children: string;
}

function Choice({ on, choose, children }: ChoiceProps) {
  return (
    <Menu.RadioItem
      value={children}
      checked={on}
      onChange={choose}
      closeMenuOnClick
      checkIcon={<span aria-hidden>✓</span>}
    >
      {children}
    </Menu.RadioItem>
  );
}
