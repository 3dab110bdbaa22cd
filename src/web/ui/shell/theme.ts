/**
 * The look of both pages: calm and dense, tabular figures, and pairs of colours that people who
 * cannot tell red from green can tell apart (buy blue, sell orange). Signs and words always say the
 * same as a colour does.
 */
import { createTheme } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

const teal: MantineColorsTuple = [
  ...(['#e6f7f2', '#cdebe2', '#9fd8c7', '#6cc4a9', '#44b491', '#2aa981'] as const),
  ...(['#1f9a76', '#158565', '#0b6f54', '#005a43'] as const),
];

/** The library's red with darker dark shades: its own are too pale to be read on white. */
const red: MantineColorsTuple = [
  ...(['#fff5f5', '#ffe3e3', '#ffc9c9', '#ffa8a8', '#ff8787', '#ff6b6b'] as const),
  ...(['#e03131', '#b3261e', '#9c1f18', '#801913'] as const),
];

export const theme = createTheme({
  primaryColor: 'teal',
  // White words on it are read easily in both schemes.
  primaryShade: 7,
  colors: { teal, red },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans TC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  spacing: { xs: '0.375rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { verticalSpacing: 3, horizontalSpacing: 'xs', fz: 'sm' } },
    Modal: { defaultProps: { centered: true, size: 'md' } },
  },
});
