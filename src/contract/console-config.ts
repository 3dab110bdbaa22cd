/** The file `config/console.json`: whether and where the fleet console is served. */
import Type from 'typebox';

/** Where the console is looked for first. */
export const CONSOLE_PORT = 5000;

const Host = Type.String({ minLength: 1, maxLength: 253 });

export const ConsoleConfigSchema = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: 'true or false' }),
    /** Absent: 5000, unless an instance claims it. */
    port: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 65_535,
        description: 'a whole number, 1 to 65535, or 0 for any free port',
      }),
    ),
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      maxLength: 253,
      description: 'an address of this machine',
    }),
    allowed_hosts: Type.Array(Host, {
      default: [],
      maxItems: 20,
      description: 'at most 20 names, each "name" or "name:port"',
    }),
  },
  { additionalProperties: false },
);
/** The file, or what holds without it. */
export type ConsoleConfig = Type.Static<typeof ConsoleConfigSchema>;
