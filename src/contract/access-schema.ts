/** Schema of what signs in; a `description` is the message for a wrong value. */
import Type from 'typebox';

/** Body of `POST /api/session`. */
export const SessionBody = Type.Object(
  { token: Type.String({ maxLength: 1000, description: 'the access token' }) },
  { additionalProperties: false },
);
