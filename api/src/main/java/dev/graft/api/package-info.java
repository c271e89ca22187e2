/**
 * The stable contract of Graft: the tensor graph, the plugin interfaces, configuration and errors.
 */
@NullMarked
package dev.graft.api;

import org.jspecify.annotations.NullMarked;
