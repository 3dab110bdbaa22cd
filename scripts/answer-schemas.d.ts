/** The text of src/contract/answers.json: schemas by the names of their types. */
export function answerSchemas(): string;
