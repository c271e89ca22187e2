/** The backend SPI: named variables on a device, and graphs compiled to executables. */
@NullMarked
package dev.graft.api.backend;

import org.jspecify.annotations.NullMarked;
