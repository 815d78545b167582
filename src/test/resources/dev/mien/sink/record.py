# An RTSP server that takes streams (RECORD), by GStreamer: PORT [USER PASSWORD [digest]].
# Prints "ready PORT", then a line for each frame.
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
factory.set_launch("( rtph264depay name=depay0 ! h264parse ! fakesink name=out sync=false signal-handoffs=true )")
if len(sys.argv) > 3:
    user, password = sys.argv[2:4]
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "sender")
    if len(sys.argv) > 4:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("sender", "media.factory.access", True)
    permissions.add_permission_for_role("sender", "media.factory.construct", True)
    factory.set_permissions(permissions)


def begin(_, media):
    media.get_element().get_by_name("out").connect("handoff", lambda *_: print("frame", flush=True))


factory.connect("media-configure", begin)
server.get_mount_points().add_factory("/door", factory)
server.attach(None)
print("ready", server.get_bound_port(), flush=True)
GLib.MainLoop().run()
