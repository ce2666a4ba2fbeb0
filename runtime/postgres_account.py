"""Under which system account PostgreSQL runs. It refuses to run as root, so as root it gets an account of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

_SYSTEM_USER = "pgserver"
_TRAVERSE = stat.S_IXOTH
_READ = stat.S_IROTH


class AccountError(RuntimeError):
    """No account can be had under which PostgreSQL may run, or a folder belongs to somebody else."""


class ChildOptions(TypedDict, total=False):
    """What `subprocess` needs to run a child as the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """`uid` and `gid` the server runs as; `other`: they are not our own."""

    uid: int
    gid: int
    other: bool

    def as_child(self) -> ChildOptions:
        return ChildOptions(user=self.uid, group=self.gid, extra_groups=[]) if self.other else ChildOptions()

    def make_private(self, folder: Path) -> None:
        """Create the folder, owned by the account, closed to everybody else.

        Raises:
            AccountError: the path is a link or belongs to another user (a trap in a shared folder).
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {self.uid, os.geteuid()}:
            raise AccountError(f"{folder} 不是本用户的文件夹，为安全起见不使用。请移走后重试。")
        if self.other:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def let_through(self, *paths: Path) -> None:
        """As root: let the account pass (not list) the folders above `paths`, and run the server's own files."""
        if not self.other:
            return
        for path in paths:
            for parent in path.parents:
                mode = stat.S_IMODE(parent.stat().st_mode) if parent.is_dir() else _TRAVERSE
                if not mode & _TRAVERSE and not self._passes(parent):
                    parent.chmod(mode | _TRAVERSE)
        self._open_binaries(paths[-1])

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        return (found.st_uid == self.uid and bool(found.st_mode & stat.S_IXUSR)) or (
            found.st_gid == self.gid and bool(found.st_mode & stat.S_IXGRP)
        )

    def _open_binaries(self, binaries: Path) -> None:
        """Installed under a closed umask, the wheel's files are root's alone; nothing in them is secret."""
        if (binaries / "postgres").stat().st_mode & (_READ | _TRAVERSE) == (_READ | _TRAVERSE):
            return
        for path in [binaries.parent, *binaries.parent.rglob("*")]:
            if not path.is_symlink():
                mode = stat.S_IMODE(path.stat().st_mode)
                path.chmod(mode | _READ | (_TRAVERSE if path.is_dir() or mode & stat.S_IXUSR else 0))


def account_for(folder: Path) -> Account:
    """The account for the data in `folder`: our own, or as root that of `pgserver`, created when missing.

    Raises:
        AccountError: we are root and no account can be created.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), other=False)
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        entry = _create()
    return Account(entry.pw_uid, entry.pw_gid, other=True)


def _create() -> pwd.struct_passwd:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise AccountError("PostgreSQL 不能以 root 身份运行，本机又没有 useradd。请改用普通用户运行 jiandu。")
    made = subprocess.run(
        [program, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    # 9: somebody else created it in the same moment.
    if made.returncode not in {0, 9}:
        raise AccountError(f"建立系统用户 {_SYSTEM_USER} 失败：{made.stderr.strip()}。请改用普通用户运行 jiandu。")
    return pwd.getpwnam(_SYSTEM_USER)
