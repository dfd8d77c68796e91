import { characterEntities } from "character-entities";

/** What HTML's named entities stand for, by their names; XML's five among them. It inherits no names. */
export const HTML_ENTITIES: Readonly<Record<string, string>> = Object.assign(Object.create(null), characterEntities);
