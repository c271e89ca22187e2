/** Tests. */
@NullMarked
package dev.graft.models.files;

import org.jspecify.annotations.NullMarked;
