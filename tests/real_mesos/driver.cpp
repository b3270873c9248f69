// Starts a real Mesos 1.11.0 master or agent out of the prebuilt scheduler
// module, which statically contains all of libmesos and exports its symbols.
// Built by build.py, run by cluster.py.
//
//   mesos-driver master [--flag=value ...]     the flags of mesos-master
//   mesos-driver agent  [--flag=value ...]     the flags of mesos-agent
//   mesos-containerizer launch [--flag ...]    the agent's helper (by argv[0])
//
// Flags may be given as --flag=value, --flag, --no-flag or MESOS_FLAG in the
// environment.  No Mesos header is used: functions are declared here by their
// linker names, C++ objects are raw memory that the module's own constructors
// fill in, and the few offsets needed are those of this one binary (the setup
// script checks its digest).
//
// With LEASH in the environment the program ends as soon as its standard input
// does: the other end is held by the test run, and no Mesos outlives that.
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

using Flags = void;

extern "C++" {
bool libprocess_initialize(const void*, const void*, const void*)
    asm("_ZN7process10initializeERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEES9_S9_");
void id_generate(void* ret, const std::string&)
    asm("_ZN7process2ID8generateERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
void process_spawn(void* ret, void* base, bool manage)
    asm("_ZN7process5spawnEPNS_11ProcessBaseEb");
void upid_of(void* self, const void* base) asm("_ZN7process4UPIDC1ERKNS_11ProcessBaseE");
bool process_wait(const void* upid, const int64_t* duration)
    asm("_ZN7process4waitERKNS_4UPIDERK8Duration");
void version_process(void* self) asm("_ZN5mesos8internal14VersionProcessC1Ev");
void logging_initialize(const std::string&, bool, const void*)
    asm("_ZN5mesos8internal7logging10initializeERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEbRK6OptionINS1_5FlagsEE");
// FlagsBase::load(prefix, argc, argv, unknowns, duplicates) -> Try<Warnings>
void flags_load(void* ret, void* self, const void* prefix, int argc,
                const char* const* argv, bool unknowns, bool duplicates)
    asm("_ZN5flags9FlagsBase4loadERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEiPKPKcbb");

void local_flags(void*) asm("_ZN5mesos8internal5local5FlagsC1Ev");
void local_launch(void* ret, const void* flags, void* allocator)
    asm("_ZN5mesos8internal5local6launchERKNS1_5FlagsEPNS_9allocator9AllocatorE");

void agent_flags(void*) asm("_ZN5mesos8internal5slave5FlagsC1Ev");
void fetcher(void*, const Flags*) asm("_ZN5mesos8internal5slave7FetcherC1ERKNS1_5FlagsE");
void garbage_collector(void*, const std::string&)
    asm("_ZN5mesos8internal5slave16GarbageCollectorC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE");
void status_update_manager(void*, const Flags*)
    asm("_ZN5mesos8internal5slave23TaskStatusUpdateManagerC1ERKNS1_5FlagsE");
void resource_estimator(void* ret, const void*)
    asm("_ZN5mesos5slave17ResourceEstimator6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEE");
void qos_controller(void* ret, const void*)
    asm("_ZN5mesos5slave13QoSController6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEE");
void secret_resolver(void* ret, const void*)
    asm("_ZN5mesos14SecretResolver6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEE");
void files_(void*, const void* realm, const void* authorizer)
    asm("_ZN5mesos8internal5FilesC1ERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEERKS2_IPNS_10AuthorizerEE");
void containerizer_(void* ret, const Flags*, bool local, void* fetcher, void* gc,
                    void* secrets, void* gids, void* tracker, void* csi)
    asm("_ZN5mesos8internal5slave13Containerizer6createERKNS1_5FlagsEbPNS1_7FetcherEPNS1_16GarbageCollectorEPNS_14SecretResolverEPNS1_16VolumeGidManagerEPNS0_20PendingFutureTrackerEPNS1_9CSIServerE");
void detector_(void* ret, const void* master, const void* module, const void* timeout)
    asm("_ZN5mesos6master8detector14MasterDetector6createERK6OptionINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEESC_RKS3_I8DurationE");
void agent_(void* self, const std::string& id, const Flags*, void* detector,
            void* containerizer, void* files, void* gc, void* updates,
            void* estimator, void* qos, void* secretGenerator, void* gids,
            void* tracker, void* csi, const void* socket, const void* authorizer)
    asm("_ZN5mesos8internal5slave5SlaveC1ERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKNS1_5FlagsEPNS_6master8detector14MasterDetectorEPNS1_13ContainerizerEPNS0_5FilesEPNS1_16GarbageCollectorEPNS1_23TaskStatusUpdateManagerEPNS_5slave17ResourceEstimatorEPNSQ_13QoSControllerEPNS_15SecretGeneratorEPNS1_16VolumeGidManagerEPNS0_20PendingFutureTrackerEON7process5OwnedINS1_9CSIServerEEERK6OptionINS11_7network8internal6SocketINS17_4unix7AddressEEEERKS16_IPNS_10AuthorizerEE");

void launch_flags(void*) asm("_ZN5mesos8internal5slave24MesosContainerizerLaunch5FlagsC1Ev");
int launch_execute(void*) asm("_ZN5mesos8internal5slave24MesosContainerizerLaunch7executeEv");
}

namespace {

// Offsets in the 1.11.0 module (x86-64).
constexpr size_t AGENT_FLAGS_BASE = 0x1398;   // slave::Flags  -> FlagsBase
constexpr size_t LOCAL_WORK_DIR = 8;          // local::Flags::work_dir
constexpr size_t LOCAL_NUM_AGENTS = 40;       // local::Flags::num_slaves
constexpr size_t LAUNCH_FLAGS = 0xe0;         // MesosContainerizerLaunch::flags
constexpr size_t LAUNCH_FLAGS_BASE = 0x168;   //   ... -> FlagsBase

// Layout of stout's Option<std::string>, also of an empty Option of any type
// as it is read (only the state is looked at).
struct OptionString {
  int state;  // 0: some, 1: none
  alignas(8) unsigned char value[sizeof(std::string)];
  OptionString() : state(1) { memset(value, 0, sizeof value); }
  explicit OptionString(const std::string& s) : state(0) { new (value) std::string(s); }
};
const OptionString NONE;

// Option<T> or Try<T*>: state, then the value; an error follows in an Option.
struct TryPointer {
  int state;
  void* value;
  int error_state;
  alignas(8) unsigned char error[sizeof(std::string) * 4];
};

void* raw(size_t size = 1 << 16) { return calloc(1, size); }

void* take(const char* what, const TryPointer& t) {
  if (t.state != 0) {
    fprintf(stderr, "Failed to create %s: %s\n", what,
            reinterpret_cast<const std::string*>(t.error)->c_str());
    exit(EXIT_FAILURE);
  }
  return t.value;
}

// The only virtual base of a libprocess actor is ProcessBase.
void* process_base(void* object) {
  char* vtable = *static_cast<char**>(object);
  return static_cast<char*>(object) + *reinterpret_cast<ptrdiff_t*>(vtable - 24);
}

void spawn(void* object, bool manage) {
  alignas(16) char pid[4096];
  process_spawn(pid, process_base(object), manage);
}

// Ends the program when the actor ends, as the original main functions do.
[[noreturn]] void wait_for(const void* upid) {
  const int64_t forever = -1000000000;  // Seconds(-1)
  process_wait(upid, &forever);
  _exit(EXIT_SUCCESS);
}

void load(void* base, const char* prefix, int argc, const char* const* argv) {
  alignas(16) static char result[4096];
  OptionString p{std::string(prefix)};
  flags_load(result, base, &p, argc, argv, false, false);
  // Try<Warnings>: Option<Warnings{vector}> then Option<Error{string}>
  if (*reinterpret_cast<int*>(result) != 0) {
    fprintf(stderr, "%s\n", reinterpret_cast<std::string*>(result + 32 + 8)->c_str());
    exit(EXIT_FAILURE);
  }
}

std::string flag(const char* name, const char* fallback) {
  const char* v = getenv((std::string("MESOS_") + name).c_str());
  return v ? v : fallback;
}

// --foo=bar, --foo, --no-foo  ->  MESOS_FOO
void flags_to_environment(int argc, char** argv) {
  for (int i = 0; i < argc; i++) {
    std::string a = argv[i], value = "true";
    if (a.compare(0, 2, "--") != 0) {
      fprintf(stderr, "not a flag: %s\n", argv[i]);
      exit(EXIT_FAILURE);
    }
    a = a.substr(2);
    size_t eq = a.find('=');
    if (eq != std::string::npos) {
      value = a.substr(eq + 1);
      a = a.substr(0, eq);
    } else if (a.compare(0, 3, "no-") == 0) {
      a = a.substr(3);
      value = "false";
    }
    for (char& c : a) c = toupper(c);
    setenv(("MESOS_" + a).c_str(), value.c_str(), 1);
  }
}

void hold_leash() {
  if (!getenv("LEASH")) return;
  unsetenv("LEASH");
  std::thread([] {
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {}
    _exit(EXIT_FAILURE);
  }).detach();
}

void listen_on(const char* port) {
  if (const char* ip = getenv("MESOS_IP")) setenv("LIBPROCESS_IP", ip, 1);
  setenv("LIBPROCESS_PORT", flag("PORT", port).c_str(), 1);
}

void initialize(const std::string& delegate, const std::string& realm) {
  OptionString d(delegate), rw(realm + "-readwrite"), ro(realm + "-readonly");
  if (!libprocess_initialize(&d, &rw, &ro)) {
    fprintf(stderr, "libprocess was initialized before\n");
    exit(EXIT_FAILURE);
  }
  void* version = raw();
  version_process(version);
  spawn(version, true);
}

int master_main() {
  logging_initialize("mesos-master", true, &NONE);
  listen_on("5050");
  initialize("master", "mesos-master");
  // The library's in-process cluster with no agent in it: a master alone.  It
  // reads the master's flags from the environment.
  char* flags = static_cast<char*>(raw());
  local_flags(flags);
  auto& work_dir = *reinterpret_cast<std::string*>(flags + LOCAL_WORK_DIR);
  auto& agents = *reinterpret_cast<int*>(flags + LOCAL_NUM_AGENTS);
  if (agents != 1) {
    fprintf(stderr, "unexpected layout of local::Flags\n");
    return EXIT_FAILURE;
  }
  agents = 0;
  work_dir = flag("WORK_DIR", "mesos-work");
  alignas(16) char pid[4096];
  local_launch(pid, flags, nullptr);
  wait_for(pid);
}

int agent_main() {
  const char* argv[] = {"mesos-agent"};
  char* flags = static_cast<char*>(raw());
  agent_flags(flags);
  load(flags + AGENT_FLAGS_BASE, "MESOS_", 1, argv);
  logging_initialize("mesos-agent", true, &NONE);
  listen_on("5051");

  std::string work_dir = flag("WORK_DIR", "");
  for (const std::string& dir : {work_dir, flag("RUNTIME_DIR", "")})
    if (!dir.empty()) mkdir(dir.c_str(), 0755);

  alignas(std::string) char id_memory[sizeof(std::string)];
  id_generate(id_memory, "slave");
  const std::string& id = *reinterpret_cast<std::string*>(id_memory);
  initialize(id, "mesos-agent");

  TryPointer t;
  void* fetch = raw();
  fetcher(fetch, flags);
  void* gc = raw();
  garbage_collector(gc, work_dir);
  secret_resolver(&t, &NONE);
  void* secrets = take("the secret resolver", t);
  containerizer_(&t, flags, false, fetch, gc, secrets, nullptr, nullptr, nullptr);
  void* containerizer = take("the containerizer", t);
  OptionString master(flag("MASTER", "127.0.0.1:5050"));
  detector_(&t, &master, &NONE, &NONE);
  void* detector = take("the master detector", t);
  OptionString realm("mesos-agent-readonly");
  void* files = raw();
  files_(files, &realm, &NONE);
  void* updates = raw();
  status_update_manager(updates, flags);
  resource_estimator(&t, &NONE);
  void* estimator = take("the resource estimator", t);
  qos_controller(&t, &NONE);
  void* qos = take("the QoS controller", t);

  static void* csi[2];  // an empty Owned<CSIServer>
  void* agent = raw();
  agent_(agent, id, flags, detector, containerizer, files, gc, updates, estimator,
         qos, nullptr, nullptr, nullptr, csi, &NONE, &NONE);
  alignas(16) char pid[4096];
  upid_of(pid, process_base(agent));
  spawn(agent, false);
  wait_for(pid);
}

// What mesos-containerizer does for its subcommand "launch".
int launch_main(int argc, char** argv) {
  if (argc < 2 || strcmp(argv[1], "launch") != 0) {
    fprintf(stderr, "mesos-containerizer: only 'launch' is supported\n");
    return EXIT_FAILURE;
  }
  char* launch = static_cast<char*>(raw());
  launch_flags(launch + LAUNCH_FLAGS);
  load(launch + LAUNCH_FLAGS_BASE, "MESOS_CONTAINERIZER_", argc - 1, argv + 1);
  return launch_execute(launch);
}

}  // namespace

int main(int argc, char** argv) {
  const char* slash = strrchr(argv[0], '/');
  if (strcmp(slash ? slash + 1 : argv[0], "mesos-containerizer") == 0)
    return launch_main(argc, argv);
  std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "master" || mode == "agent") {
    hold_leash();
    flags_to_environment(argc - 2, argv + 2);
    return mode == "master" ? master_main() : agent_main();
  }
  fprintf(stderr, "usage: %s master|agent [--flag=value ...]\n", argv[0]);
  return EXIT_FAILURE;
}
