/** Schemas of what the routes of configs take; a `description` is the message for a wrong value. */
import Type from 'typebox';

const strict = { additionalProperties: false };
/** Texts of configs; a request's body is bounded as well. */
const Text = Type.String({ maxLength: 65_536, description: 'the text of a config' });
const Note = Type.String({ maxLength: 500, description: 'a note of at most 500 characters' });
const Id = Type.String({ minLength: 1, maxLength: 64, description: 'an instance id' });
const Version = Type.Integer({ minimum: 1, description: 'a version, a whole number from 1' });

/** Body of `POST /api/configs/check`. */
export const CheckConfigBody = Type.Object({ id: Type.Optional(Id), text: Text }, strict);
/** Body of `POST /api/configs`. */
export const NewConfigBody = Type.Object(
  {
    id: Id,
    text: Text,
    note: Note,
    start: Type.Boolean({ description: 'true or false' }),
  },
  strict,
);
/** Body of `PUT /api/configs/:id`. */
export const SaveConfigBody = Type.Object(
  {
    text: Text,
    base_version: Type.Integer({ minimum: 0, description: 'the version that was edited' }),
    note: Note,
  },
  strict,
);
/** Body of `POST /api/configs/:id/rollback`. */
export const RollbackBody = Type.Object({ version: Version, note: Note }, strict);
/** Body of `POST /api/archived/:file/restore` and `POST /api/configs/:id/author`. */
export const NoteBody = Type.Object({ note: Note }, strict);
/** Query of `GET /api/templates/:name`. */
export const TemplateQuery = Type.Object({ id: Type.Optional(Id) }, strict);

export const ConfigParams = Type.Object({ id: Id });
export const VersionParams = Type.Object({
  id: Id,
  n: Type.String({ pattern: '^[1-9][0-9]{0,8}$', description: 'a version, a number from 1' }),
});
export const FileParams = Type.Object({
  file: Type.String({ minLength: 1, maxLength: 128, description: 'the name of a file' }),
});
export const NameParams = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128, description: 'the name of a template' }),
});
