package io.headrace.gateway.wiring;

/** The version that was built. */
final class Version {

    private Version() {}

    static String ofGateway() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
