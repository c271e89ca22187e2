/** Files that are written whole or not at all, and read with errors that say what to do. */
@NullMarked
package dev.graft.models.files;

import org.jspecify.annotations.NullMarked;
