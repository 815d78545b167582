package dev.mien.web;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What who sent something that is no request gets: the status, and nothing of the inside. */
final class Refusals extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Router.guard(response);
    String reason = HttpStatus.getMessage(response.getStatus());
    Answer answer = Answer.text(response.getStatus(), response.getStatus() + " " + reason);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
    return true;
  }
}
