package io.headrace.system.machine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace with one address on the run's bridge. Its rules decide what it takes in and
 * what it sends to this machine's own address, where the clients are.
 */
public final class Host {

    private final String name;
    private final String namespace;
    private final String address;
    private final String outside;

    /**
     * @param outside the other end of its link, on the bridge
     */
    private Host(String name, String namespace, String address, String outside) {
        this.name = name;
        this.namespace = namespace;
        this.address = address;
        this.outside = outside;
    }

    static Host create(RunFolder run, String bridge, String name, String address)
            throws IOException {
        String namespace = bridge + "-" + name;
        String outside = bridge + "x" + address.substring(address.lastIndexOf('.') + 1);
        run.enter("namespaces", namespace);
        run.enter("links", outside);
        Command.run("ip", "netns", "add", namespace);
        Command.run(
                "ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns",
                namespace);
        Command.run("ip", "link", "set", outside, "master", bridge, "up");
        Command.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", "eth0");
        Command.run("ip", "-n", namespace, "link", "set", "eth0", "up");
        Command.run("ip", "-n", namespace, "link", "set", "lo", "up");
        return new Host(name, namespace, address, outside);
    }

    public String name() {
        return name;
    }

    public String address() {
        return address;
    }

    /** A command line that runs inside. */
    List<String> inside(List<String> command) {
        List<String> all =
                new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace, "--"));
        all.addAll(command);
        return all;
    }

    /**
     * From now on what comes from there is treated so, for example {@code -j DROP}.
     *
     * @param match more of the rule, in iptables' words, the target included
     */
    public void treatFrom(String from, String... match) throws IOException {
        rule("INPUT", "-s", from, match);
    }

    /** The same for what goes out. */
    public void treatTo(String to, String... match) throws IOException {
        rule("OUTPUT", "-d", to, match);
    }

    private void rule(String chain, String side, String address, String... match)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("iptables", "-w", "5", "-A", chain, side, address));
        command.addAll(List.of(match));
        Command.run(inside(command));
    }

    /** What this host sends to that port goes to a proxy; connections that stand are closed. */
    public void redirectTo(String to, int port, String proxy, int proxyPort) throws IOException {
        nat("OUTPUT", "-d", to, port, proxy + ":" + proxyPort);
        Command.run(inside(List.of("ss", "-K", "dst", to, "dport", "=", ":" + port)));
    }

    /** What comes from there for that port goes to a proxy; connections that stand are closed. */
    public void redirectFrom(String from, int port, String proxy, int proxyPort)
            throws IOException {
        for (String setting : List.of("ip_forward=1", "conf.all.send_redirects=0")) {
            Command.run(inside(List.of("sysctl", "-q", "-w", "net.ipv4." + setting)));
        }
        nat("PREROUTING", "-s", from, port, proxy + ":" + proxyPort);
        Command.run(
                inside(
                        List.of(
                                "iptables",
                                "-w",
                                "5",
                                "-t",
                                "nat",
                                "-A",
                                "POSTROUTING",
                                "-d",
                                proxy,
                                "-j",
                                "MASQUERADE")));
        Command.run(inside(List.of("ss", "-K", "dst", from, "sport", "=", ":" + port)));
    }

    private void nat(String chain, String side, String address, int port, String to)
            throws IOException {
        Command.run(
                inside(
                        List.of(
                                "iptables",
                                "-w",
                                "5",
                                "-t",
                                "nat",
                                "-A",
                                chain,
                                side,
                                address,
                                "-p",
                                "tcp",
                                "--dport",
                                "" + port,
                                "-j",
                                "DNAT",
                                "--to-destination",
                                to)));
    }

    /** No rule any more. */
    public void heal() throws IOException {
        Command.run(inside(List.of("iptables", "-w", "5", "-F")));
        Command.run(inside(List.of("iptables", "-w", "5", "-t", "nat", "-F")));
    }

    /** What this host sends, and what it gets, is limited to so many bits a second; 0 lifts it. */
    public void limitRate(long bitsPerSecond) throws IOException {
        Command.run(inside(shaping("eth0", bitsPerSecond)));
        Command.run(shaping(outside, bitsPerSecond));
    }

    private static List<String> shaping(String device, long bitsPerSecond) {
        List<String> command = new ArrayList<>(List.of("tc", "qdisc"));
        command.addAll(
                bitsPerSecond == 0
                        ? List.of("del", "dev", device, "root")
                        : List.of(
                                "add",
                                "dev",
                                device,
                                "root",
                                "tbf",
                                "rate",
                                bitsPerSecond + "bit",
                                "burst",
                                "32kbit",
                                "latency",
                                "400ms"));
        return command;
    }

    @Override
    public String toString() {
        return name;
    }
}
