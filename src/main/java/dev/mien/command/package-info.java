/** The edge: the command line, one class a command, exit statuses. */
@NullMarked
package dev.mien.command;

import org.jspecify.annotations.NullMarked;
