/**
 * Schemas of what the servers of both pages take; a `description` is the message for a wrong
 * value.
 */
import Type from 'typebox';

/** Query of `GET /api/events`. */
export const EventsQuery = Type.Object(
  {
    last: Type.Optional(
      Type.String({ maxLength: 80, description: 'the id of the last event that was received' }),
    ),
  },
  { additionalProperties: false },
);
