/**
 * The topic catalog: owner, description and labels, kept in the database.
 *
 * <p>Entry: {@code CatalogResource}. An entry belongs to a topic id: a topic that is deleted and
 * created again starts empty. Nothing here touches the data path. Imports {@code audit} and {@code
 * envelope}.
 */
@NullMarked
package io.headrace.admin.catalog;

import org.jspecify.annotations.NullMarked;
